import { actionFailed, invalidArgument, type SoapFault } from "../../../soap/fault.ts";

/** There is no profile of that token. */
export function noProfile(): SoapFault {
  return invalidArgument("ter:NoProfile", "There is no such profile");
}

/** There is no configuration of that token. */
export function noConfig(): SoapFault {
  return invalidArgument("ter:NoConfig", "There is no such configuration");
}

/** A configuration cannot have that value; the reason names it. */
export function configModify(reason: string): SoapFault {
  return invalidArgument("ter:ConfigModify", reason);
}

/** Profile and configurations do not go together. */
export function configurationConflict(reason: string): SoapFault {
  return actionFailed("ter:ConfigurationConflict", reason);
}

/** The profile lacks what a stream of it needs. */
export function incompleteConfiguration(): SoapFault {
  return actionFailed("ter:IncompleteConfiguration", "The profile lacks a video source or an encoder");
}
