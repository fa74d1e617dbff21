const DATE_TIME = /^(\d{4}-\d{2}-\d{2})t(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|[+-]\d{2}:\d{2})$/;

/** RFC 3339, and a day that the calendar has. */
function isDateTime(text: string): boolean {
  const [, day = '', hours = '', minutes = '', seconds = ''] = DATE_TIME.exec(text.toLowerCase()) ?? [];
  const date = new Date(`${day}T00:00:00Z`);
  const real = !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(day);
  return real && hours <= '23' && minutes <= '59' && seconds <= '59';
}

/** Whether the text has that format; true for those that nobody checks here: all but `date-time`. */
export const hasFormat = (format: string, text: string): boolean => format !== 'date-time' || isDateTime(text);
