/** The status, nginx's, of a request whose client closed the connection before the end of the answer. */
export const CLIENT_CLOSED = 499;
