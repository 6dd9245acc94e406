/** A scene of 100 meshes: each frame makes a closure for each of them, and a bound method. */
interface Backend {
  draw(id: number, done: () => void): void;
}

export class Renderer {
  drawn = 0;
  readonly #ids = Array.from({ length: 100 }, (_, i) => i);
  constructor(private readonly backend: Backend) {}

  render(): void {
    for (const id of this.#ids) this.#draw(id);
    later(this.finish.bind(this));
  }

  #draw(id: number): void {
    const done = () => {
      this.drawn += id;
    };
    this.backend.draw(id, done);
  }

  finish(): void {
    this.drawn++;
  }
}

let next: (() => void) | undefined;
function later(callback: () => void): void {
  next = callback;
}

const waiting: (() => void)[] = [];
const renderer = new Renderer({
  draw(id, done) {
    waiting[id] = done;
  },
});

/** The measured unit: one frame. */
export function work(): unknown {
  renderer.render();
  return waiting;
}

export function check(): void {
  renderer.drawn = 0;
  work();
  for (const done of waiting) done();
  next?.();
  if (renderer.drawn !== 4951) throw new Error(`drew ${renderer.drawn}`);
}
