/** A game loop over entities. Lines that an expert would flag carry "hot:". */
interface Entity {
  id: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  alive: boolean;
  kind: string;
}

interface Painter {
  later(draw: () => void): void;
  sprite(kind: string, x: number, y: number): void;
}

export class Game {
  private entities: Entity[] = [];
  private last = 0;
  constructor(private readonly painter: Painter) {}

  start(): void {
    requestAnimationFrame(this.frame.bind(this));
  }

  private frame(now: number): void {
    const dt = (now - this.last) / 1000;
    this.last = now;
    this.update(dt);
    this.draw();
    requestAnimationFrame(this.frame.bind(this)); // hot: a function for each frame
  }

  update(dt: number): void {
    for (const entity of this.entities.filter((e) => e.alive)) { // hot: an array for one walk
      entity.x += entity.vx * dt;
      entity.y += entity.vy * dt;
    }
    const bullets = this.entities.filter((e) => e.kind === 'bullet').length; // hot: an array for its length
    if (bullets > 100) this.expire();
    const top = Math.max(...this.entities.map((e) => e.y)); // hot: an array for the largest
    if (top > 1000) this.entities.length = 0;
    const solid = new Set(['wall', 'rock', 'tree']); // hot: constants for each frame
    for (const entity of this.entities) if (solid.has(entity.kind)) entity.vx = 0;
  }

  private expire(): void {
    const oldest = [...this.entities].sort((a, b) => a.id - b.id)[0]; // hot: sorts for the first
    if (oldest) oldest.alive = false;
  }

  draw(): void {
    for (const entity of this.entities) {
      const paint = () => this.painter.sprite(entity.kind, entity.x, entity.y); // hot: a closure for each entity and frame
      this.painter.later(paint);
    }
  }

  near(x: number, y: number): Entity | undefined {
    return this.entities.find((entity) => Math.abs(entity.x - x) < 1 && Math.abs(entity.y - y) < 1);
  }
}
