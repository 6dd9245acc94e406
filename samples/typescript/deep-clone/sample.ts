export interface Entity {
  id: number;
  name: string;
  position: { x: number; y: number };
  tags: string[];
}

const entity: Entity = { id: 7, name: 'lamp', position: { x: 3, y: 4 }, tags: ['light', 'indoor'] };

/** @hot once per entity and frame */
export function snapshot(source: Entity): Entity {
  return structuredClone(source);
}

/** The measured unit: one entity. */
export function work(): unknown {
  return snapshot(entity);
}

export function check(): void {
  const copy = snapshot(entity);
  copy.position.x = 9;
  copy.tags.push('new');
  if (entity.position.x !== 3 || entity.tags.length !== 2) throw new Error('the copy is not deep');
  if (copy.id !== 7 || copy.name !== 'lamp' || copy.position.y !== 4) throw new Error('wrong copy');
}
