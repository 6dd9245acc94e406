/** A three.js scene that follows a target. Lines that an expert would flag carry "hot:". */
import * as THREE from 'three';

const up = new THREE.Vector3(0, 1, 0);
const camera = new THREE.PerspectiveCamera();
const raycaster = new THREE.Raycaster();

interface Walker {
  mesh: THREE.Mesh;
  velocity: THREE.Vector3;
}

export class World {
  private readonly walkers: Walker[] = [];
  private readonly target = new THREE.Vector3();

  add(mesh: THREE.Mesh): void {
    this.walkers.push({ mesh, velocity: new THREE.Vector3() });
  }

  update(delta: number): void {
    for (const walker of this.walkers) {
      const step = walker.velocity.clone().multiplyScalar(delta); // hot: a vector for each walker and frame
      walker.mesh.position.add(step);
      const facing = new THREE.Quaternion().setFromAxisAngle(up, delta); // hot: a quaternion for each
      walker.mesh.quaternion.multiply(facing);
    }
    this.follow();
    this.pick();
  }

  private follow(): void {
    const center = new THREE.Vector3(); // hot: a vector for each frame
    for (const walker of this.walkers) center.add(walker.mesh.position);
    this.target.lerp(center.divideScalar(this.walkers.length || 1), 0.1);
    camera.position.copy(this.target);
    camera.lookAt(new THREE.Vector3(0, 0, 0)); // hot: a vector for each frame
  }

  private pick(): void {
    raycaster.setFromCamera(new THREE.Vector2(0, 0), camera); // hot: a vector for each frame
    const meshes = this.walkers.map((walker) => walker.mesh);
    const hits = raycaster.intersectObjects(meshes).filter((hit) => hit.distance < 10);
    if (hits.length > 0) camera.updateMatrixWorld();
  }
}
