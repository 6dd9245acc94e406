import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isFunction } from '../syntax/nodes';

/** Functions that something outside of the package calls again and again: for each request, message, record, frame. */
export interface EntryPoint {
  /** "in an HTTP handler". */
  readonly text: string;
  readonly node: Node;
}

/** Import path and type of a parameter that only such a function has → what the function is, with its article. */
const parameters: readonly [path: RegExp, type: RegExp, text: string][] = [
  [/^github\.com\/gin-gonic\/gin$/, /^\*\w+\.Context$/, 'a gin handler'],
  [/^github\.com\/labstack\/echo(?:\/v\d+)?$/, /^\*?\w+\.Context$/, 'an echo handler'],
  [/^github\.com\/gofiber\/fiber(?:\/v\d+)?$/, /^\*?\w+\.Ctx$/, 'a fiber handler'],
  [/^github\.com\/valyala\/fasthttp$/, /^\*\w+\.RequestCtx$/, 'a fasthttp handler'],
  [/^google\.golang\.org\/grpc$/, /^\w+\.ServerStream$/, 'a gRPC stream handler'],
  [/^google\.golang\.org\/grpc$/, /^\*\w+\.(?:Unary|Stream)ServerInfo$/, 'a gRPC interceptor'],
  [/^google\.golang\.org\/grpc$/, /^\w+\.(?:UnaryInvoker|Streamer)$/, 'a gRPC interceptor'],
  [/^google\.golang\.org\/grpc\/stats$/, /^\w+\.RPCStats$/, 'a gRPC stats handler'],
  [
    /^(?:github\.com\/(?:IBM|Shopify)\/sarama|gopkg\.in\/Shopify\/sarama\.v\d)$/,
    /^\w+\.ConsumerGroupClaim$/,
    'a Kafka consumer',
  ],
  [/^github\.com\/(?:IBM|Shopify)\/sarama$/, /^\*\w+\.ConsumerMessage$/, 'a Kafka consumer'],
  [
    /^github\.com\/(?:segmentio\/kafka-go|confluentinc\/confluent-kafka-go(?:\/v\d+)?\/kafka)$/,
    /^\*?\w+\.Message$/,
    'a Kafka consumer',
  ],
  [/^github\.com\/nats-io\/nats\.go(?:\/jetstream)?$/, /^\*?\w+\.Msg$/, 'a NATS consumer'],
  [/^github\.com\/(?:streadway|rabbitmq)\/amqp(?:091-go)?$/, /^\w+\.Delivery$/, 'an AMQP consumer'],
  [/^cloud\.google\.com\/go\/pubsub(?:\/v\d+)?$/, /^\*\w+\.Message$/, 'a Pub/Sub consumer'],
  [/^sigs\.k8s\.io\/controller-runtime(?:\/pkg\/reconcile)?$/, /^\w+\.Request$/, 'a reconciler'],
  [/^github\.com\/aws\/aws-lambda-go\/events$/, /^\*?\w+\.\w+(?:Event|Request)$/, 'a Lambda handler'],
];

/** The entry point that the function is, by its signature. */
export function entryPointOf(file: GoFile, function_: Node): EntryPoint | undefined {
  let known = entryPoints.get(function_);
  if (known === undefined) {
    const text = kindOf(file, function_);
    known = text === undefined ? null : { text: `in ${text}`, node: function_ };
    entryPoints.set(function_, known);
  }
  return known ?? undefined;
}

/** What is around each place asks for it; the tree of a file that is not edited stays, and its imports with it. */
const entryPoints = new WeakMap<Node, EntryPoint | null>();

/** The innermost entry point around the node: a function literal is made by the function around it. */
export function entryPointAround(file: GoFile, node: Node): EntryPoint | undefined {
  for (let at = node.parent; at; at = at.parent) {
    const found = isFunction(at) ? entryPointOf(file, at) : undefined;
    if (found) return found;
  }
  return undefined;
}

function kindOf(file: GoFile, function_: Node): string | undefined {
  const types = parameterTypes(function_);
  const http = localName(file, 'net/http');
  if (http !== undefined && types[0] === `${http}.ResponseWriter` && types[1] === `*${http}.Request`)
    return 'an HTTP handler';
  if (http !== undefined && types.includes(`${http}.ResponseWriter`)) return 'what answers HTTP requests';
  for (const type of types) {
    const name = /^\*?(\w+)\./.exec(type)?.[1];
    const path = name === undefined ? undefined : file.imports.get(name);
    const known = path === undefined ? undefined : parameters.find(([p, t]) => p.test(path) && t.test(type));
    if (known) return known[2];
  }
  return function_.type === 'method_declaration' ? methodKind(file, function_, types) : undefined;
}

/** Methods that an interface of a framework asks for. */
function methodKind(file: GoFile, method: Node, types: readonly string[]): string | undefined {
  const name = method.childForFieldName('name')?.text;
  const [http, context, slog] = ['net/http', 'context', 'log/slog'].map((path) => localName(file, path));
  const hasContext = context !== undefined && types[0] === `${context}.Context` && types.length === 2;
  const results = resultTypes(method);
  if (name === 'RoundTrip' && http !== undefined && types.length === 1 && types[0] === `*${http}.Request`)
    return 'an HTTP transport';
  if (!hasContext) return undefined;
  if (name === 'Handle' && slog !== undefined && types[1] === `${slog}.Record`) return 'a log handler';
  if (name === 'Reconcile' && /(?:^|\.)Request$/.test(types[1]!) && results.at(-1) === 'error')
    return 'a reconciler';
  // `func (s *server) M(ctx context.Context, req *pb.XRequest) (*pb.Y, error)`
  const isGrpc =
    /^\*\w+\.\w+(?:Request|Req)$/.test(types[1]!) &&
    results.length === 2 &&
    /^\*\w+\.\w+$/.test(results[0]!) &&
    results[1] === 'error';
  return isGrpc ? 'a gRPC method' : undefined;
}

function resultTypes(method: Node): string[] {
  const result = method.childForFieldName('result');
  if (!result) return [];
  if (result.type !== 'parameter_list') return [result.text];
  return result.namedChildren.flatMap((one) => one.childForFieldName('type')?.text ?? []);
}

function localName(file: GoFile, path: string): string | undefined {
  return [...file.imports].find(([, imported]) => imported === path)?.[0];
}

/** Types of the parameters, one a name, as written. */
export function parameterTypes(function_: Node): string[] {
  const types: string[] = [];
  for (const parameter of function_.childForFieldName('parameters')?.namedChildren ?? []) {
    const type = parameter.childForFieldName('type')?.text;
    if (type === undefined) continue;
    const names = parameter.childrenForFieldName('name').length;
    for (let i = 0; i < Math.max(1, names); i++) types.push(type);
  }
  return types;
}
