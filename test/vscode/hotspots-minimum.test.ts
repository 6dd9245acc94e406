import { hotspotsSuite } from './hotspots';

hotspotsSuite('minimum');
