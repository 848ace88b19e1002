/** Runs inside the virtual machine: executes one shell command a request. Started by virtual-machine.ts. */

const port = Number(process.argv[2]);

Bun.serve({
  port,
  idleTimeout: 255,
  async fetch(request) {
    const command = Bun.spawn(["sh", "-c", await request.text()], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(command.stdout).text(),
      new Response(command.stderr).text(),
      command.exited,
    ]);
    return Response.json({ stdout, stderr, exitCode });
  },
});
