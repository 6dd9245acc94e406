import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { engines, rules, version } from './composition';
import { TrustGate } from './host/trust';
import { serve } from './server';

// stdio, node-ipc, socket or pipe: whatever the client put on the command line.
const connection = createConnection(ProposedFeatures.all);
serve(connection, { version, engines, rules, trust: new TrustGate(false) });
connection.listen();
