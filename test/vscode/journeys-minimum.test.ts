import { journeySuite } from './journeys';

journeySuite('minimum');
