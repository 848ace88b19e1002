/** The view "system". */
export const system = {
  title: "System",
};
