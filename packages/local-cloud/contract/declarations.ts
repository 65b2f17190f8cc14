// Reads the contract of @pulumi/gcp from its type declarations: syntax only, no type checker, only the namespaces asked for.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Contract, ObjectContract, PropertyContract, PropertyType, ResourceContract } from './contract.ts';
import { documentedValues } from './documented-values.ts';
import { valuesByHand } from './values-by-hand.ts';

/**
 * The contract of the installed @pulumi/gcp, read on demand: the first resource of a namespace costs its parsing (5 to
 * 60 ms, plus 20 ms once for the file of all namespaces), every later question is a look-up.
 */
export function readGcpContract(packageDir: string = gcpPackageDir()): Contract {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const interfaces = nestedInterfaces(packageDir);
  const resources = new Map<string, ResourceContract | undefined>();
  const objects = new Map<string, ObjectContract | undefined>();
  return {
    version,
    resource(token) {
      if (!resources.has(token)) resources.set(token, readResource(packageDir, token));
      return resources.get(token);
    },
    object(name) {
      if (!objects.has(name)) {
        const declaration = interfaces(name);
        objects.set(name, declaration && readObject(name, declaration));
      }
      return objects.get(name);
    },
  };
}

/** Where the installed @pulumi/gcp lies. */
function gcpPackageDir(): string {
  return dirname(createRequire(import.meta.url).resolve('@pulumi/gcp/package.json'));
}

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, false);
}

/** `gcp:firestore/index:Index` -> the class and its Args in firestore/index_.d.ts, whose class must carry that very token. */
function readResource(packageDir: string, token: string): ResourceContract | undefined {
  const [, module, name] = /^gcp:(\w+)\/(\w+):\w+$/.exec(token) ?? [];
  if (module === undefined || name === undefined) return undefined;
  const file = declarationFile(join(packageDir, module), name);
  if (file === undefined) return undefined;
  if (!readFileSync(`${file}.js`, 'utf8').includes(`__pulumiType = '${token}'`)) return undefined;
  const statements = parse(file, readFileSync(`${file}.d.ts`, 'utf8')).statements;
  const resource = statements.find(ts.isClassDeclaration);
  const args = statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === `${resource?.name?.text ?? ''}Args`,
  );
  if (!resource || !args) return undefined;
  return { token, inputs: readObject(token, args), outputs: outputNames(resource) };
}

/** File names follow tokens but for letter case (`iAMMember` -> iammember) and reserved names (`index` -> index_). */
function declarationFile(dir: string, name: string): string | undefined {
  let files: string[];
  try {
    files = readdirSync(dir);
  } catch {
    return undefined; // no such module in this version of the package
  }
  const wanted = [`${name}.d.ts`, `${name}_.d.ts`].map((file) => file.toLowerCase());
  // The reserved-name form first: index.d.ts is the module's own index.
  const found = wanted.reverse().map((file) => files.find((candidate) => candidate.toLowerCase() === file));
  const file = found.find((candidate) => candidate !== undefined);
  return file === undefined ? undefined : join(dir, file.slice(0, -'.d.ts'.length));
}

function outputNames(resource: ts.ClassDeclaration): readonly string[] {
  return resource.members.flatMap((member) =>
    ts.isPropertyDeclaration(member) &&
    ts.isIdentifier(member.name) &&
    member.type !== undefined &&
    ts.isTypeReferenceNode(member.type) &&
    referenceName(member.type.typeName) === 'pulumi.Output'
      ? [member.name.text]
      : [],
  );
}

/** Looks up interfaces of types/input.d.ts by qualified name; parses one top-level namespace (6 MB in all) at a time. */
function nestedInterfaces(packageDir: string): (name: string) => ts.InterfaceDeclaration | undefined {
  let text: string | undefined;
  const parsed = new Map<string, Map<string, ts.InterfaceDeclaration>>();
  return (name) => {
    const namespace = name.split('.', 1)[0] ?? name;
    let declarations = parsed.get(namespace);
    if (!declarations) {
      text ??= readFileSync(join(packageDir, 'types', 'input.d.ts'), 'utf8');
      const start = text.indexOf(`export declare namespace ${namespace} {`);
      declarations = new Map();
      if (start >= 0) collect(parse(namespace, text.slice(start, text.indexOf('\n}', start) + 2)), '', declarations);
      parsed.set(namespace, declarations);
    }
    return declarations.get(name);
  };
}

function collect(node: ts.Node, prefix: string, into: Map<string, ts.InterfaceDeclaration>): void {
  ts.forEachChild(node, (child) => {
    if (ts.isModuleDeclaration(child)) collect(child, `${prefix}${child.name.text}.`, into);
    else if (ts.isModuleBlock(child)) collect(child, prefix, into);
    else if (ts.isInterfaceDeclaration(child)) into.set(prefix + child.name.text, child);
  });
}

function readObject(owner: string, declaration: ts.InterfaceDeclaration): ObjectContract {
  const properties = new Map<string, PropertyContract>();
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) || !member.type || !ts.isIdentifier(member.name)) continue;
    const type = readType(member.type);
    const values = valueSet(owner, member, type);
    properties.set(member.name.text, { type, required: !member.questionToken, ...(values ? { values } : {}) });
  }
  for (const [name, property] of properties) {
    // "One of `ttl` or `expireTime` is required" speaks of properties, not of values.
    if (property.values?.every((value) => properties.has(value))) {
      properties.set(name, { type: property.type, required: property.required });
    }
  }
  return properties;
}

function valueSet(owner: string, member: ts.PropertySignature, type: PropertyType): readonly string[] | undefined {
  const leaf = type.kind === 'list' ? type.of : type;
  if (leaf.kind !== 'string') return undefined;
  const byHand = valuesByHand(owner, (member.name as ts.Identifier).text);
  if (byHand !== undefined) return byHand === 'any' ? undefined : byHand;
  return documentedValues(documentation(member));
}

function documentation(node: ts.Node): string {
  const comments = (node as ts.Node & { jsDoc?: readonly ts.JSDoc[] }).jsDoc ?? [];
  return comments.map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '').join('\n');
}

function readType(node: ts.TypeNode): PropertyType {
  if (node.kind === ts.SyntaxKind.StringKeyword) return { kind: 'string' };
  if (node.kind === ts.SyntaxKind.NumberKeyword) return { kind: 'number' };
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return { kind: 'boolean' };
  if (ts.isParenthesizedTypeNode(node)) return readType(node.type);
  if (ts.isArrayTypeNode(node)) return { kind: 'list', of: readType(node.elementType) };
  if (ts.isUnionTypeNode(node)) {
    const types = node.types.filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword);
    return types.length === 1 && types[0] ? readType(types[0]) : { kind: 'any' };
  }
  if (ts.isTypeLiteralNode(node)) {
    const index = node.members.find(ts.isIndexSignatureDeclaration);
    return { kind: 'map', of: index ? readType(index.type) : { kind: 'any' } };
  }
  if (ts.isTypeReferenceNode(node)) return readReference(node);
  return { kind: 'any' };
}

function readReference(node: ts.TypeReferenceNode): PropertyType {
  const name = referenceName(node.typeName);
  const argument = node.typeArguments?.[0];
  if (argument && /(?:^|\.)Input$/.test(name)) return readType(argument);
  const nested = /^inputs\.(.+)$/.exec(name)?.[1];
  // Assets, archives and string unions are left to the resource's own rules.
  return nested === undefined ? { kind: 'any' } : { kind: 'object', name: nested };
}

function referenceName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${referenceName(name.left)}.${name.right.text}`;
}
