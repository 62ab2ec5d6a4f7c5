"""Starts one Jupyter kernel and lets a test drive it: a command a line on stdin, a message a line on stdout.

Commands are {"id", "do", ...}; each is answered by {"id", "result"} or {"id", "error"}. Whatever the kernel says on its
shell and iopub channels comes as {"message"}. The end of stdin ends the kernel.
"""
import asyncio
import json
import os
import signal
import sys
from queue import Empty

from jupyter_client import AsyncKernelManager

NAME, FOLDER = sys.argv[1:3]


def say(line):
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


class Driver:
    def __init__(self):
        self.manager = AsyncKernelManager(kernel_name=NAME)
        self.client = None
        self.listeners = []

    async def start(self, _):
        await self.manager.start_kernel(cwd=FOLDER, stdout=sys.stderr, stderr=sys.stderr)
        return await self.connect()

    async def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=60)
        channels = {"iopub": self.client.get_iopub_msg, "shell": self.client.get_shell_msg}
        self.listeners = [asyncio.create_task(self.listen(*channel)) for channel in channels.items()]
        return {"pid": self.manager.provisioner.pid}

    async def listen(self, channel, get):
        while True:
            try:
                message = await get(timeout=1)
            except Empty:
                continue
            parent = message["parent_header"].get("msg_id")
            say({"message": {"channel": channel, "type": message["msg_type"], "parent": parent, "content": message["content"]}})

    async def disconnect(self):
        for listener in self.listeners:
            listener.cancel()
        await asyncio.gather(*self.listeners, return_exceptions=True)
        self.listeners = []
        if self.client:
            self.client.stop_channels()
            self.client = None

    async def execute(self, command):
        # A cell after a failed one runs on all the same in JupyterLab's "run all" of this kernel, so it does here.
        return {"msg_id": self.client.execute(command["code"], allow_stdin=False, stop_on_error=False)}

    async def interrupt(self, _):
        await self.manager.interrupt_kernel()

    async def restart(self, _):
        await self.disconnect()
        await self.manager.restart_kernel(now=False)
        return await self.connect()

    async def kill(self, _):
        os.kill(self.manager.provisioner.pid, signal.SIGKILL)
        await self.manager.provisioner.wait()

    async def alive(self, _):
        return {"alive": await self.manager.is_alive()}

    async def stop(self, _):
        await self.disconnect()
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=False)


async def main():
    driver, loop = Driver(), asyncio.get_running_loop()
    try:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command = json.loads(line)
            try:
                result = await getattr(driver, command["do"])(command)
                say({"id": command["id"], "result": result or {}})
            except Exception as error:
                say({"id": command["id"], "error": f"{type(error).__name__}: {error}"})
    finally:
        await driver.stop(None)


asyncio.run(main())
