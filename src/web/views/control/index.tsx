import { useText } from "../../app/page.ts";

/** The view "control". */
export function ControlView() {
  const text = useText().control;
  return (
    <div class="view">
      <h1>{text.title}</h1>
    </div>
  );
}
