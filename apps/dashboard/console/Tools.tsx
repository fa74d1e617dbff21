import { type RefObject } from 'react';
import { type ConsoleKind } from '#libs/api';
import { type ConsoleHandle } from './handle.js';
import { isLive, isOver } from './machine.js';
import { consoleText as text } from './text.js';
import { Tool } from './Tool.js';
import { type Console } from './useConsole.js';
import { useFullScreen } from './useFullScreen.js';

/** How a screen is shown. */
export interface ScreenOptions {
  /** Fit the screen into the window; else its own size, with scroll bars. */
  fit: boolean;
  /** Share the clipboard of the browser with the guest's. */
  clipboard: boolean;
}

interface Props {
  kind: ConsoleKind;
  console: Console;
  handle: RefObject<ConsoleHandle | null>;
  /** The element that fills the screen in full-screen mode. */
  page: RefObject<HTMLElement | null>;
  options: ScreenOptions;
  /** Whether text is selected on a serial console. */
  selected: boolean;
  onOptions: (options: ScreenOptions) => void;
  onPaste: () => void;
}

/** The buttons of the toolbar. */
export function Tools(props: Props) {
  const { kind, handle, page, selected, onPaste } = props;
  const { state, open, hangUp } = props.console;
  const over = isOver(state);
  const live = isLive(state);
  const types = state.name === 'connected' && !state.access?.viewOnly;
  return (
    <>
      {kind === 'vnc' ? (
        <ScreenTools {...props} types={types} over={over} />
      ) : (
        <Tool
          icon="copy"
          label={text.copy}
          disabled={!selected}
          onClick={() => void navigator.clipboard.writeText(handle.current?.selection?.() ?? '')}
        />
      )}
      <Tool icon="paste" label={text.paste} disabled={!types} onClick={onPaste} />
      <FullScreen page={page} over={over} />
      <Tool icon="reconnect" label={text.reconnect} disabled={over} onClick={() => open()} />
      <Tool icon="hangUp" label={text.disconnect} disabled={!live} onClick={hangUp} />
    </>
  );
}

function ScreenTools({ console, handle, options, onOptions, types, over }: Props & { types: boolean; over: boolean }) {
  const { fit, clipboard } = options;
  const ctrlAltDel = () => {
    handle.current?.ctrlAltDel?.();
    handle.current?.focus();
  };
  return (
    <>
      <Tool icon="keys" word label={text.ctrlAltDel} disabled={!types} onClick={ctrlAltDel} />
      <Tool
        icon="fit"
        label={text.fit}
        pressed={fit}
        disabled={over}
        onClick={() => onOptions({ ...options, fit: !fit })}
      />
      <Tool
        icon="clipboard"
        label={text.clipboard}
        title={text.clipboardHint}
        pressed={clipboard}
        disabled={over || console.state.access?.viewOnly === true}
        onClick={() => onOptions({ ...options, clipboard: !clipboard })}
      />
    </>
  );
}

function FullScreen({ page, over }: Pick<Props, 'page'> & { over: boolean }) {
  const { possible, on, toggle } = useFullScreen(page);
  if (!possible) return null;
  return (
    <Tool
      icon={on ? 'unfull' : 'full'}
      label={on ? text.leaveFullScreen : text.fullScreen}
      disabled={over && !on}
      onClick={toggle}
    />
  );
}
