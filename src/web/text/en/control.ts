/** The view "control". */
export const control = {
  title: "Control",
};
