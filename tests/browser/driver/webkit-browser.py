#!/usr/bin/python3
"""A WebKit browser that WebDriver drives and that keeps its profile: a folder goes in, windows come out.

WebKitGTK's own MiniBrowser forgets everything at its end when it is automated, so that nothing could be
asked about a visitor who comes back. Must never touch a folder but the one it is given.
"""

import signal
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2  # noqa: E402 (the versions must be chosen first)

WIDTH, HEIGHT = 1280, 900
# WebKit writes localStorage down half a second after a change, and forgets it when it ends before. No person is so fast.
WRITTEN_MS = 1000


def open_context(folder):
    """A context whose cookies, localStorage and IndexedDB live in the folder."""
    storage = WebKit2.WebsiteDataManager(
        base_data_directory=f"{folder}/data", base_cache_directory=f"{folder}/cache"
    )
    context = WebKit2.WebContext(website_data_manager=storage)
    cookies = context.get_cookie_manager()
    cookies.set_persistent_storage(f"{folder}/cookies", WebKit2.CookiePersistentStorage.TEXT)
    return context


def open_view(context):
    """A view in a window of its own: in a background tab, WebKit would answer to no screenshot."""
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=WIDTH, default_height=HEIGHT)
    window.add(view)
    view.connect("close", lambda _view: window.destroy())
    window.show_all()
    return view


def automate(context, session):
    """Answers the driver: who the browser is, and its new windows."""
    about = WebKit2.ApplicationInfo()
    about.set_name("EscaleTests")
    about.set_version(1, 0, 0)
    session.set_application_info(about)
    session.connect("create-web-view", lambda _session: open_view(context))


def say_ready():
    """Whoever started us may connect now: earlier, a request for a session could be lost."""
    print("ready", flush=True)
    return GLib.SOURCE_REMOVE


def main():
    Gtk.init(None)
    context = open_context(sys.argv[1])
    context.set_automation_allowed(True)
    context.connect("automation-started", automate)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, GLib.timeout_add, WRITTEN_MS, Gtk.main_quit)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, Gtk.main_quit)
    GLib.idle_add(say_ready)
    Gtk.main()


main()
