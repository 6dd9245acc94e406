import { visibleSuite } from './visible';

visibleSuite('minimum');
