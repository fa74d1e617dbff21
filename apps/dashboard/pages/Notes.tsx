import InfoCircleIcon from '@patternfly/react-icons/dist/esm/icons/info-circle-icon';

/** What a page cannot say, or says late, and why. */
export function Notes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="kg-notes kg-subtle">
      {notes.map((note) => (
        <li key={note}>
          <InfoCircleIcon /> {note}
        </li>
      ))}
    </ul>
  );
}
