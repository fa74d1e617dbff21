const PATHS = {
  screen: 'M3 5h18v11H3zM8 20h8M12 16v4',
  serial: 'M3 5h18v14H3zM7 10l3 2.5L7 15M12 15h5',
  full: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  unfull: 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5',
  keys: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  paste: 'M8 5H5v15h14V5h-3M9 3h6v4H9z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  fit: 'M3 5h18v14H3zM8 12h8M8 12l2-2M8 12l2 2M16 12l-2-2M16 12l-2 2',
  clipboard: 'M4 8h14l-3-3M20 16H6l3 3',
  reconnect: 'M20 11A8 8 0 1 0 18 17M20 5v6h-6',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-5 8-5s7 1 8 5',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  hangUp: 'M6 6l12 12M18 6L6 18',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon; decoration only: the control that holds it carries the name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="kg-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
