/** A scene of 100 meshes: each frame binds a method for each of them. */
interface Backend {
  draw(id: number, done: () => void): void;
}

export class Renderer {
  drawn = 0;
  readonly #ids = Array.from({ length: 100 }, (_, i) => i);
  constructor(private readonly backend: Backend) {}

  render(): void {
    for (const id of this.#ids) this.backend.draw(id, this.finish.bind(this));
  }

  finish(): void {
    this.drawn++;
  }
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
  if (renderer.drawn !== 100) throw new Error(`drew ${renderer.drawn}`);
}
