import { editorSuite } from './suite';

editorSuite('minimum');
