/** What went wrong with a question to the camera, before it is put into words. */
export interface RequestFailure {
  /** As the answer's envelope names it; `NETWORK`: no answer came. */
  readonly code: string;
  /** The camera's own sentence, in English; empty where none came. */
  readonly sentence: string;
  readonly status?: number | undefined;
  /** The setting or field at fault. */
  readonly key?: string | undefined;
  readonly permission?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A question that the camera refused, or never answered. `sentenceOf` says it in the user's language. */
export class RequestError extends Error {
  readonly failure: RequestFailure;

  constructor(failure: RequestFailure) {
    super(failure.sentence === "" ? failure.code : failure.sentence);
    this.name = "RequestError";
    this.failure = failure;
  }
}

/** No answer came: the camera is off, restarts, or the network is down. */
export function networkError(): RequestError {
  return new RequestError({ code: "NETWORK", sentence: "" });
}
