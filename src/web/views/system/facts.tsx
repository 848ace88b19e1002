import type { ComponentChildren } from "preact";

/** A name and what belongs to it; without a value it is left out. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and values, side by side. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value], index) =>
        value === undefined || value === "" ? null : (
          // names may come twice, and what they stand for has no state
          <div key={`${index} ${name}`}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

interface BadgeProps {
  readonly tone: "good" | "caution" | "bad" | "plain";
  readonly children: ComponentChildren;
}

/** A state in a word. */
export function Badge({ tone, children }: BadgeProps) {
  return (
    <span class={`badge badge-${tone}`} dir="auto">
      {children}
    </span>
  );
}

interface CardProps {
  readonly title: ComponentChildren;
  /** What can be done, beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a page. */
export function Card({ title, actions, children }: CardProps) {
  return (
    <section class="panel stack card">
      <div class="card-head">
        <h2 dir="auto">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
