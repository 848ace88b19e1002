import type { ButtonHTMLAttributes } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** A button with a text, an icon or both. */
export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> {
  readonly kind?: "plain" | "main" | "danger" | "quiet";
  readonly icon?: IconName;
  /** Of a button with nothing but an icon: what it does, also shown as tooltip. */
  readonly title?: string;
  /** Of a button that stays down. */
  readonly isPressed?: boolean | undefined;
}

/** A button; it submits a form only with `type="submit"`. */
export function Button({ kind = "plain", icon, isPressed, title, children, ...rest }: ButtonProps) {
  const isBare = children === undefined;
  const classes = ["button", `button-${kind}`, ...(isBare ? ["button-icon"] : [])].join(" ");
  return (
    <button
      type="button"
      class={classes}
      title={title}
      aria-label={isBare ? title : undefined}
      aria-pressed={isPressed}
      {...rest}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}
