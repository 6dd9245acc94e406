import { hotspotsSuite } from './hotspots';

hotspotsSuite('newest');
