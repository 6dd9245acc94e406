import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { alloclens } from '../../support/real-cli';

const root = mkdtempSync(path.join(os.tmpdir(), 'alloclens-live-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill();
  rmSync(root, { recursive: true, force: true });
});

/** Keeps what it makes in `sink`, serves its profiles, and writes its CPU profile when it is asked to. */
const program = `package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/pprof"
)

var sink []byte

func warmUp() {
	sink = make([]byte, 64<<20)
}

func churn() {
	for i := 0; i < 100; i++ {
		sink = make([]byte, 32<<10)
	}
}

func main() {
	runtime.MemProfileRate = 4096
	if len(os.Args) > 1 {
		f, _ := os.Create(os.Args[1])
		pprof.StartCPUProfile(f)
		for i := 0; i < 3000; i++ {
			churn()
		}
		pprof.StopCPUProfile()
		f.Close()
		return
	}
	warmUp()
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println(l.Addr())
	go func() {
		for {
			churn()
			runtime.Gosched()
		}
	}()
	http.Serve(l, nil)
}
`;

describe('a Go program that runs', () => {
  const folder = path.join(root, 'cmd', 'serve');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(root, 'go.mod'), 'module example.com/live\n\ngo 1.21\n');
  writeFileSync(path.join(folder, 'main.go'), program);
  const binary = path.join(root, 'serve');
  const lineOf = (text: string): number => program.slice(0, program.indexOf(text)).split('\n').length;

  it('is asked for a profile of some seconds: what it made before is not in it', async () => {
    execFileSync('go', ['build', '-o', binary, './cmd/serve'], { cwd: root, stdio: 'pipe' });
    const child = spawn(binary, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const [address] = (
      await new Promise<string>((resolve) =>
        child.stdout.once('data', (data: Buffer) => resolve(String(data))),
      )
    ).split('\n');
    const ask = (query: string) =>
      alloclens(root, 'hotspots', './...', '--profile', `http://${address}/debug/pprof/allocs${query}`);

    const window = await ask('?seconds=2');
    assert.equal(window.code, 1, window.err);
    assert.match(window.out, new RegExp(`main\\.go:${lineOf('make([]byte, 32<<10)')} `));
    assert.ok(!window.out.includes(`main.go:${lineOf('make([]byte, 64<<20)')} `), window.out);

    const whole = await ask('');
    assert.match(whole.out, new RegExp(`main\\.go:${lineOf('make([]byte, 64<<20)')} `));
    assert.match(whole.out, /count from the start of the program; with \?seconds=30/);

    for (const [query, message] of [
      ['?debug=1', /asks for text: without “debug” it gives a profile/],
      ['?seconds=0', /asks for “0” seconds: it is a whole number from 1/],
      ['/nowhere', /gives no profile\. .*status 404/],
    ] as const) {
      const { code, err } = await ask(query);
      assert.equal(code, 2);
      assert.match(err, message);
    }
    child.kill();
    assert.deepEqual(
      readdirSync(os.tmpdir()).filter((name) => existsSync(path.join(os.tmpdir(), name, 'live.pprof'))),
      [],
      'nothing is left behind',
    );
  });

  it('has its default.pgo read without being asked', async () => {
    execFileSync(binary, [path.join(folder, 'default.pgo')]);
    const { out, err } = await alloclens(root, 'hotspots', './...');
    assert.match(out, new RegExp(`main\\.go:${lineOf('make([]byte, 32<<10)')} `), err);
    assert.match(out, /how long the allocator ran/);

    const scanned = await alloclens(root, 'scan', '--show', 'all', '--format', 'json');
    const { findings } = JSON.parse(scanned.out) as {
      findings: { range: { start: { line: number } }; heat: { because: string[] } }[];
    };
    const churned = findings.find(({ range }) => range.start.line + 1 === lineOf('make([]byte, 32<<10)'))!;
    assert.match(churned.heat.because.join(), /\d % of default\.pgo/);

    writeFileSync(path.join(folder, 'default.pgo'), 'version https://git-lfs.github.com/spec/v1\n');
    const { out: pointer } = await alloclens(root, 'scan', '--format', 'json');
    assert.match(pointer, /default\.pgo cannot be used as a profile/);
    rmSync(path.join(folder, 'default.pgo'));
    const none = await alloclens(root, 'hotspots', './...');
    assert.match(none.out, /about \d+ × .*main\.go:\d/, none.err);
    assert.match(none.out, /No profile: an estimate of how often each line allocates/);
  });
});
