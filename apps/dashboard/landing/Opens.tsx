import { type ReactNode } from 'react';
import { type LinkInfo } from '#libs/api';
import { consolesInWords, landingText as text, statusInWords } from './text.js';

/** What the buttons of a link share. */
export interface Opening {
  /** The path that is being opened. */
  path: string | undefined;
  /** The link has expired. */
  over: boolean;
  onOpen: (path: string) => void;
}

interface Props {
  link: LinkInfo;
  opening: Opening;
}

/** Everything that a link opens, each with its button. */
export function Opens({ link, opening }: Props) {
  return (
    <ul className="kg-opens" aria-label={text.what}>
      {link.consoles.map(({ location, ...one }) => (
        <Entry key={location} opening={opening} path={location} name={text.openOf(one.vm)}>
          <strong>{one.vm}</strong>
          {one.namespace !== link.namespace && <span> {text.inNamespace(one.namespace)}</span>}
          <div className="kg-quiet">
            {[consolesInWords(one), statusInWords(one['vm-status'])].filter(Boolean).join(' · ')}
          </div>
        </Entry>
      ))}
      {link.others.map(({ what, location }) => (
        <Entry key={what} opening={opening} path={location} name={text.openOf(what)}>
          {what}
        </Entry>
      ))}
    </ul>
  );
}

interface EntryProps {
  children: ReactNode;
  opening: Opening;
  /** Absent: no page shows it. */
  path?: string | undefined;
  name: string;
}

function Entry({ children, opening, path, name }: EntryProps) {
  return (
    <li>
      <div>{children}</div>
      {path && <OpenButton path={path} label={text.open} name={name} opening={opening} />}
    </li>
  );
}

interface ButtonProps {
  opening: Opening;
  path: string;
  label: string;
  /** For screen readers, where the label alone does not say what opens. */
  name?: string;
  primary?: boolean;
}

export function OpenButton({ opening, path, label, name, primary = false }: ButtonProps) {
  return (
    <button
      type="button"
      className={primary ? 'kg-button kg-primary' : 'kg-button'}
      aria-label={name}
      disabled={opening.path !== undefined || opening.over}
      onClick={() => opening.onOpen(path)}
    >
      {opening.path === path ? text.opening : label}
    </button>
  );
}
