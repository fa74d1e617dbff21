import { Icon, type IconName } from './Icon.js';

interface Props {
  icon: IconName;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  title?: string;
  /** Its name shows beside the icon in all but narrow windows. */
  word?: boolean;
}

/** A button of the toolbar; on narrow windows only its icon shows, its name stays. */
export function Tool({ icon, label, onClick, disabled = false, pressed, title, word = false }: Props) {
  return (
    <button
      type="button"
      className={word ? 'kg-tool kg-tool-word' : 'kg-tool'}
      aria-label={label}
      title={title ?? label}
      onClick={onClick}
      disabled={disabled}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
    >
      <Icon name={icon} />
      <span aria-hidden="true">{label}</span>
    </button>
  );
}
