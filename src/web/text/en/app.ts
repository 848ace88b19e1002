/** The frame around the views: navigation, login, connection, words that every view needs. */
export const app = {
  navigation: "Views",
  skip: "Skip to the view",
  views: { live: "Live", control: "Control", recordings: "Recordings", system: "System" },
  loading: "Loading…",
  notLoaded: "This view could not be loaded.",
  tryAgain: "Try again",
  cancel: "Cancel",
  close: "Close",
  dismiss: "Dismiss this message",
  required: "required",
  connection: {
    lost: "The connection to the camera is lost. What you see may be old.",
    unreachable: "The camera does not answer.",
    retryIn: (seconds: number) => `Next attempt in ${seconds} s.`,
    connecting: "Connecting…",
    retryNow: "Try now",
  },
  login: {
    title: "Log in",
    intro: "This camera shows its picture only to people it knows.",
    again: "Log in to go on. What you have entered is kept.",
    user: "User name",
    password: "Password",
    submit: "Log in",
    help: {
      title: "First time here, or password lost?",
      first:
        "At its first start the camera makes the user admin and a password. It prints both in its terminal; without a terminal the password is in a file, initial-password, that its log names.",
      lost: "Anybody else gets a new password from an administrator, and an administrator on the camera itself: rotordream user passwd admin",
    },
    wrong: "User name or password is wrong.",
    logIn: "Log in",
    logOut: "Log out",
    loggedInAs: (user: string) => `Logged in as ${user}`,
    anonymous: "Not logged in",
  },
  firstLogin: {
    title: "Choose your password",
    intro:
      "The password that you logged in with was made up by the camera. Choose your own: at least 8 characters, not a common one, not your user name.",
    old: "Present password",
    fresh: "New password",
    repeat: "New password again",
    differs: "The two new passwords are not the same.",
    submit: "Save and go on",
  },
  refused: {
    title: "Not for this account",
    text: (permission: string) =>
      `This view needs the permission ${permission}. An administrator can give it to you under System, Users.`,
  },
  appearance: {
    title: "Appearance",
    language: "Language",
    theme: "Colours",
    auto: "As this device",
    light: "Light",
    dark: "Dark",
  },
  missing: {
    title: "There is nothing here",
    text: "The address does not name a view of this page.",
    back: "To the live picture",
  },
};
