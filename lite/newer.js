// Say which lessons are newer on the site than the copies that a learner has saved in the browser,
// and how to get them. Nothing is overwritten. A copy holds the edition that it was made from.
(async () => {
    const home = new URL("../", document.baseURI);
    const answer = await fetch(new URL("api/editions.json", home)).catch(() => undefined);
    if (!answer?.ok) return; // offline
    const editions = await answer.json();
    const asked = (request) =>
        new Promise((done, failed) => {
            request.onsuccess = () => done(request.result);
            request.onerror = () => failed(request.error);
        });
    const copies = async (name) => {
        const database = await asked(indexedDB.open(name));
        const held = database.objectStoreNames.contains("files")
            ? await asked(database.transaction("files").objectStore("files").getAll())
            : [];
        database.close();
        return held;
    };
    const names = (await indexedDB.databases()).map(({ name }) => name);
    const storages = names.filter((name) => name.startsWith("JupyterLite Storage"));
    const older = (await Promise.all(storages.map(copies)))
        .flat()
        .filter(({ path, content }) => path in editions &&
            content?.metadata?.initcourse?.edition !== editions[path])
        .map(({ path }) => path);
    const known = JSON.stringify(older.map((path) => [path, editions[path]]));
    if (!older.length || localStorage.getItem("initcourse-newer") === known) return;

    const note = document.createElement("div");
    note.setAttribute("role", "status");
    note.id = "initcourse-newer";
    note.style.cssText =
        "position:fixed;z-index:10000;left:16px;right:16px;bottom:32px;max-width:44em;padding:12px;" +
        "margin:auto;border:2px solid #1a1a1a;background:#fff;color:#1a1a1a;font:15px/1.4 sans-serif";
    document.body.append(note); // before its words: so they are read out
    const lessons = older.map((path) => path.replace(/^.*\//, "")).join(", ");
    const words = document.createElement("p");
    words.style.margin = "0 0 8px";
    words.textContent =
        `The course has a newer edition of ${lessons} than your copy. Your copy stays as it is. ` +
        "To get the newer one, right-click the file in the list of files, rename your copy, or " +
        "delete it, and open the lesson again.";
    const close = document.createElement("button");
    close.textContent = "Close this note";
    close.style.font = "inherit";
    close.onclick = () => {
        localStorage.setItem("initcourse-newer", known);
        note.remove();
    };
    note.append(words, close);
})();
