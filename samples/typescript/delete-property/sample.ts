/** Messages as they come in, and what is left of them for the log: without the credentials. */
interface Message {
  token?: string | undefined;
  user: string;
  path: string;
  status: number;
  duration: number;
}

function receive(n: number): Message {
  return { token: `secret ${n}`, user: 'ada', path: '/', status: 200, duration: n };
}

/** @hot once per message */
export function strip(message: Message): Message {
  delete message.token;
  return message;
}

/** The measured unit: 100 messages. */
export function work(): number {
  let total = 0;
  for (let n = 0; n < 100; n++) {
    const message = strip(receive(n));
    total += message.duration + message.status;
  }
  return total;
}

export function check(): void {
  const message = strip(receive(7));
  if (work() !== 24_950 || message.token !== undefined || JSON.stringify(message).includes('token')) {
    throw new Error(`wrong message: ${JSON.stringify(message)}`);
  }
}
