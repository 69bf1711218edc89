"""Drives a headless Chromium over the pipe of its debugging protocol, with Python's standard library alone."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Unusable(Exception):
    """No Chromium here, or one that does not start."""


class Failure(Exception):
    """The browser did not do what it was asked."""


def program():
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise Unusable("no Chromium is installed (apt-get install chromium)")


class Chromium:
    """One browser with one tab. Use it in a `with`, so that it ends whatever happens."""

    def __init__(self, seconds=60):
        self.seconds = seconds
        self.number = 0
        self.buffer = b""
        self.events = []
        self.folder = tempfile.TemporaryDirectory(prefix="s2wmp-pages-", ignore_cleanup_errors=True)
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()
        arguments = [
            program(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}", "about:blank"]
        # The browser reads from descriptor 3 and writes to descriptor 4.
        shell = ["/bin/sh", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "sh"]
        self.process = subprocess.Popen(
            shell + arguments, pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.session = None
        self.scripts = True

    def __enter__(self):
        try:
            target = self.ask("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.ask(f"{domain}.enable")
        except Failure as failure:
            self.__exit__()
            raise Unusable(f"Chromium does not start: {failure}") from failure
        return self

    def __exit__(self, *_):
        os.close(self.to_write)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.from_read)
        self.folder.cleanup()

    def ask(self, method, **parameters):
        """Sends a command and waits for what it gives; events that come before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        try:
            os.write(self.to_write, json.dumps(message).encode() + b"\0")
        except BrokenPipeError as error:
            raise Failure("it ended") from error
        deadline = time.monotonic() + self.seconds
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error'].get('message')}")
                return answer["result"]
            self.events.append(answer)

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            if not select.select([self.from_read], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Failure(f"no answer for {self.seconds} seconds")
            part = os.read(self.from_read, 1 << 20)
            if not part:
                raise Failure("it ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def wait(self, method):
        deadline = time.monotonic() + self.seconds
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.receive(deadline))

    def look(self, width, height=900, dark=False, scripts=True):
        """How wide the window is, which colours the reader prefers, whether scripts run."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.scripts = scripts
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)

    def load(self, address):
        """Opens a page and returns the seconds until it was painted."""
        self.events = []
        start = time.monotonic()
        self.ask("Page.navigate", url=address)
        self.wait("Page.loadEventFired")
        if self.scripts:
            self.value("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))", wait=True)
        return time.monotonic() - start

    def complaints(self, address):
        """Console messages, exceptions and requests for anything but the page itself, since it was loaded."""
        found = []
        for event in self.events:
            method, facts = event.get("method"), event.get("params", {})
            if method == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
                found.append(f"console: {facts['entry']['text']}")
            if method == "Runtime.consoleAPICalled":
                found.append(f"console: {facts['args']}")
            if method == "Runtime.exceptionThrown":
                found.append(f"exception: {facts['exceptionDetails'].get('text')}")
            if method == "Network.requestWillBeSent" and facts["request"]["url"].split("#")[0] != address.split("#")[0]:
                found.append(f"request for {facts['request']['url'][:100]}")
        return found

    def value(self, expression, wait=False):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=wait)
        if "exceptionDetails" in result:
            raise Failure(f"{expression}: {result['exceptionDetails'].get('text')}")
        return result["result"].get("value")

    def picture(self, path, whole=False):
        self.save(path, self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"])

    def paper(self, path):
        self.save(path, self.ask("Page.printToPDF", printBackground=False)["data"])

    @staticmethod
    def save(path, data):
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
