import { useEffect, useId, useRef, useState } from 'react';
import { pasteText as text } from './text.js';
import { strokesOf } from './typing.js';

interface Props {
  serial: boolean;
  /** Types the text; resolves when all of it is typed, or the signal was aborted. */
  onType: (text: string, signal: AbortSignal, progress: (done: number) => void) => Promise<void>;
  onClose: () => void;
}

/** Asks for a text and types it into the guest. */
export function PasteDialog({ serial, onType, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const abort = useRef(new AbortController());
  const id = useId();
  const [value, setValue] = useState('');
  const [done, setDone] = useState<number>();
  const { strokes, uncertain } = strokesOf(value);
  const typing = done !== undefined;

  useEffect(() => {
    const { current } = dialog;
    if (!current?.open) current?.showModal();
    const controller = abort.current;
    return () => controller.abort();
  }, []);

  // The page gets the focus back only when the dialog is closed: its close event says when.
  const close = () => dialog.current?.close();
  const send = async () => {
    setDone(0);
    await onType(value, abort.current.signal, setDone);
    close();
  };

  return (
    <dialog ref={dialog} className="kg-dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2 id={`${id}-title`}>{text.title}</h2>
        <p className="kg-quiet">{serial ? text.explainSerial : text.explain}</p>
        <label htmlFor={`${id}-text`}>{text.label}</label>
        <textarea
          id={`${id}-text`}
          rows={6}
          spellCheck={false}
          autoComplete="off"
          value={value}
          disabled={typing}
          onChange={(event) => setValue(event.target.value)}
        />
        {!serial && uncertain.length > 0 && <p role="alert">{text.uncertain(uncertain)}</p>}
        {typing && !serial && (
          <>
            <progress max={strokes.length} value={done} aria-label={text.progress(done, strokes.length)} />
            <p className="kg-quiet">{text.progress(done, strokes.length)}</p>
          </>
        )}
        <div className="kg-buttons">
          <button type="submit" className="kg-button kg-primary" disabled={typing || value === ''}>
            {text.send}
          </button>
          <button type="button" className="kg-button" onClick={close}>
            {typing ? text.stop : text.cancel}
          </button>
        </div>
      </form>
    </dialog>
  );
}
