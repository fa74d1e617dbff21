import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import { type ConsoleHandle } from './handle.js';
import { pasteText as text } from './text.js';
import { strokesOf } from './typing.js';

interface Props {
  serial: boolean;
  handle: RefObject<ConsoleHandle | null>;
  onClose: () => void;
}

/** Asks for a text and types it into the guest. */
export function PasteDialog({ onClose, ...form }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    if (!current?.open) current?.showModal();
  }, []);
  // The page gets the focus back only when the dialog is closed: its close event says when.
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} className="kg-dialog" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{text.title}</h2>
      <PasteForm {...form} onDone={close} />
    </dialog>
  );
}

function PasteForm({ serial, handle, onDone }: Omit<Props, 'onClose'> & { onDone: () => void }) {
  const id = useId();
  const [value, setValue] = useState('');
  const { done, send } = useTyping(handle);
  const { strokes, uncertain } = strokesOf(value);
  const typing = done !== undefined;
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    void send(value).then(onDone);
  };
  return (
    <form onSubmit={submit}>
      <p className="kg-quiet">{serial ? text.explainSerial : text.explain}</p>
      <label htmlFor={id}>{text.label}</label>
      <textarea
        id={id}
        rows={6}
        spellCheck={false}
        autoComplete="off"
        value={value}
        disabled={typing}
        onChange={(event) => setValue(event.target.value)}
      />
      {!serial && uncertain.length > 0 && <p role="alert">{text.uncertain(uncertain)}</p>}
      {typing && !serial && <Progress done={done} all={strokes.length} />}
      <div className="kg-buttons">
        <button type="submit" className="kg-button kg-primary" disabled={typing || value === ''}>
          {text.send}
        </button>
        <button type="button" className="kg-button" onClick={onDone}>
          {typing ? text.stop : text.cancel}
        </button>
      </div>
    </form>
  );
}

function Progress({ done, all }: { done: number; all: number }) {
  return (
    <>
      <progress max={all} value={done} aria-label={text.progress(done, all)} />
      <p className="kg-quiet">{text.progress(done, all)}</p>
    </>
  );
}

/** Types into a console until its component is gone; `done` counts the characters and is undefined before the start. */
function useTyping(handle: RefObject<ConsoleHandle | null>) {
  const abort = useRef(new AbortController());
  const [done, setDone] = useState<number>();
  useEffect(() => {
    const controller = abort.current;
    return () => controller.abort();
  }, []);
  const send = async (value: string): Promise<void> => {
    setDone(0);
    await handle.current?.type(value, abort.current.signal, setDone);
  };
  return { done, send };
}
