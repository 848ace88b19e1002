/** The view "recordings". */
export const recordings = {
  title: "Recordings",
};
