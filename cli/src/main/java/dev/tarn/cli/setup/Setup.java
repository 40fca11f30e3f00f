package dev.tarn.cli.setup;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Sets up one client, and takes that back.
///
/// Each time it begins with the files as they were before the first time, so that a second time
/// changes nothing and another mirror takes the place of the first. The backup comes first, then
/// the receipt, then the file: wherever it is interrupted, the receipt says no less than what has
/// been done.
public final class Setup {

    /// What became of a file.
    public enum Result {
        WRITTEN,
        UNCHANGED,
        RESTORED,
        REMOVED
    }

    /// What became of which file.
    ///
    /// @param backup what was there before, if that is kept
    /// @param next what has to be done now, if anything has
    public record Outcome(
            String path, Result result, Optional<String> backup, Optional<String> next) {}

    /// All that has been done, and what a person should know besides.
    public record Done(List<Outcome> outcomes, List<String> notes) {

        public Done {
            outcomes = List.copyOf(outcomes);
            notes = List.copyOf(notes);
        }
    }

    private record Change(Edit edit, Optional<byte[]> now, String text, boolean isOurs) {

        byte[] then() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        boolean isNeeded() {
            return now.isEmpty() || !Arrays.equals(now.get(), then());
        }
    }

    private final Tree tree;
    private final Client client;
    private final String receiptPath;
    private Receipt receipt;

    /// @param root what `/` stands for
    public Setup(Client client, Path root) {
        this.tree = new Tree(root);
        this.client = client;
        this.receiptPath = client.folder() + "/tarn-client-config.json";
        this.receipt =
                tree.read(receiptPath)
                        .map(bytes -> Receipt.parse(receiptPath, bytes))
                        .orElseGet(Receipt::empty);
    }

    /// Changes all files, or none where one of them is not understood.
    public Done write(Wanted wanted) {
        Plan plan = client.plan(wanted, path -> text(path, original(path)));
        List<Change> all = plan.edits().stream().map(this::change).toList();
        List<Change> changes = all.stream().filter(Change::isNeeded).toList();
        List<Receipt.Written> dropped = dropped(plan);
        if (!changes.isEmpty()) {
            List<String> folders = new ArrayList<>(tree.makeFolders(receiptPath));
            for (Change change : changes) {
                folders.addAll(tree.makeFolders(change.edit.path()));
                receipt = receipt.with(prepared(change));
            }
            receipt = receipt.withFolders(folders);
            tree.write(receiptPath, receipt.json());
            changes.forEach(change -> tree.write(change.edit.path(), change.then()));
        }
        List<Outcome> outcomes = new ArrayList<>(all.stream().map(this::outcome).toList());
        for (Receipt.Written file : dropped) {
            outcomes.add(takeBack(file));
            deleteFolder(file.path());
            receipt = receipt.without(file);
            tree.write(receiptPath, receipt.json());
        }
        return new Done(outcomes, plan.notes());
    }

    /// An empty folder of a registry would keep containerd from the `_default`.
    private void deleteFolder(String path) {
        String folder = path.substring(0, path.lastIndexOf('/'));
        if (receipt.folders().contains(folder)) {
            tree.deleteEmpty(folder);
        }
    }

    /// What was written for registries that are no longer wanted.
    private List<Receipt.Written> dropped(Plan plan) {
        List<String> planned = plan.edits().stream().map(Edit::path).toList();
        return receipt.files().stream()
                .filter(it -> !planned.contains(it.path()))
                .filter(it -> isOurs(it, tree.read(it.path())))
                .toList();
    }

    /// The files that are neither as they were before nor as they were written: [#undo] would lose
    /// what somebody else has done to them.
    public List<String> changedByOthers() {
        return receipt.files().stream()
                .filter(it -> !isOurs(it, tree.read(it.path())))
                .map(Receipt.Written::path)
                .toList();
    }

    /// Has every file as it was before the first [#write].
    public Done undo() {
        List<Outcome> outcomes = new ArrayList<>();
        for (Receipt.Written file : receipt.files().reversed()) {
            outcomes.add(takeBack(file));
        }
        tree.delete(receiptPath);
        receipt.folders().reversed().forEach(tree::deleteEmpty);
        receipt = Receipt.empty();
        return new Done(outcomes, List.of());
    }

    private Outcome takeBack(Receipt.Written file) {
        if (file.existed()) {
            tree.restore(file.path());
        } else {
            tree.delete(file.path());
        }
        Result result = file.existed() ? Result.RESTORED : Result.REMOVED;
        return new Outcome(file.path(), result, Optional.empty(), file.next());
    }

    private Change change(Edit edit) {
        Optional<byte[]> now = tree.read(edit.path());
        String before = text(edit.path(), original(edit.path()));
        String then = edit.change().apply(before);
        boolean isOurs = receipt.find(edit.path()).map(it -> isOurs(it, now)).orElse(true);
        Change change = new Change(edit, now, then, isOurs);
        if (change.isNeeded() && receipt.find(edit.path()).isEmpty()) {
            refuseStrangeBackup(edit.path(), now);
        }
        return change;
    }

    /// One that was left by a write that did not come to its receipt is a copy of the file.
    private void refuseStrangeBackup(String path, Optional<byte[]> now) {
        Optional<byte[]> backup = tree.read(Tree.backup(path));
        if (backup.isPresent() && !(now.isPresent() && Arrays.equals(backup.get(), now.get()))) {
            throw new SetupException(Tree.backup(path) + ": is in the way; move it elsewhere");
        }
    }

    private Receipt.Written prepared(Change change) {
        String path = change.edit.path();
        Optional<Receipt.Written> known = receipt.find(path);
        if (known.isEmpty() && change.now.isPresent()) {
            tree.backUp(path);
        }
        Receipt.Written written =
                known.orElseGet(() ->
                        new Receipt.Written(
                                path, change.now.isPresent(), List.of(), change.edit.nextUndone()));
        return change.isOurs ? written.and(change.then()) : written;
    }

    private Outcome outcome(Change change) {
        String path = change.edit.path();
        Optional<String> backup =
                receipt.find(path)
                        .filter(Receipt.Written::existed)
                        .map(it -> Tree.backup(it.path()));
        return change.isNeeded()
                ? new Outcome(path, Result.WRITTEN, backup, change.edit.next())
                : new Outcome(path, Result.UNCHANGED, backup, Optional.empty());
    }

    /// A file as it was before the first time; as it is where somebody else has changed it since.
    private Optional<byte[]> original(String path) {
        Optional<byte[]> now = tree.read(path);
        Optional<Receipt.Written> written = receipt.find(path);
        if (written.isEmpty() || !isOurs(written.get(), now)) {
            return now;
        }
        return before(written.get(), now);
    }

    private boolean isOurs(Receipt.Written file, Optional<byte[]> now) {
        Optional<byte[]> before = before(file, now);
        boolean isAsBefore =
                before.isPresent() == now.isPresent()
                        && (before.isEmpty() || Arrays.equals(before.get(), now.get()));
        return isAsBefore || (now.isPresent() && file.wrote(now.get()));
    }

    /// Where the backup is gone, an undo had begun and put it back.
    private Optional<byte[]> before(Receipt.Written file, Optional<byte[]> now) {
        if (!file.existed()) {
            return Optional.empty();
        }
        Optional<byte[]> backup = tree.read(Tree.backup(file.path()));
        if (backup.isEmpty() && now.isPresent() && file.wrote(now.get())) {
            throw new SetupException(
                    Tree.backup(file.path())
                            + ": is gone, and with it what was there before; delete "
                            + receiptPath
                            + " to begin anew");
        }
        return backup.or(() -> now);
    }

    private static String text(String path, Optional<byte[]> bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.orElseGet(() -> new byte[0])))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SetupException(path + ": is not UTF-8 text", e);
        }
    }
}
