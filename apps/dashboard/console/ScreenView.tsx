import { type Ref, useImperativeHandle, useRef } from 'react';
import { type ConsoleHandle } from './handle.js';
import { consoleText } from './text.js';
import { useLeaveKeys } from './useLeaveKeys.js';
import { type RfbOptions, useRfb } from './useRfb.js';

interface Props extends RfbOptions {
  ref: Ref<ConsoleHandle>;
  label: string;
  /** Called when a person wants to leave the screen by keyboard. */
  onLeave: () => void;
}

/** The guest's screen. Everything that is typed while it has the focus goes to the guest. */
export function ScreenView({ ref, label, onLeave, ...options }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const handle = useRfb(container, options);
  useImperativeHandle(ref, () => handle, [handle]);
  useLeaveKeys(container, onLeave);
  return (
    <div
      ref={container}
      className={options.fit ? 'kg-screen kg-screen-fit' : 'kg-screen'}
      data-testid="screen"
      role="application"
      aria-label={label}
      aria-description={consoleText.leaveHint}
    />
  );
}
