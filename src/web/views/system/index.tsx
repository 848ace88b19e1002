import { useText } from "../../app/page.ts";

/** The view "system". */
export function SystemView() {
  const text = useText().system;
  return (
    <div class="view">
      <h1>{text.title}</h1>
    </div>
  );
}
