import { useText } from "../../app/page.ts";

/** The view "recordings". */
export function RecordingsView() {
  const text = useText().recordings;
  return (
    <div class="view">
      <h1>{text.title}</h1>
    </div>
  );
}
