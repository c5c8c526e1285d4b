import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../../design/Button";
import { Dialog, DialogActions } from "../../../design/Dialog";
import { CONTROL, Field } from "../../../design/Field";
import { Problem } from "../../../design/States";
import { type Chat, useChatActions } from "../chats";

const TITLE_MAX_CHARACTERS = 200;

export default function RenameDialog({
  chat,
  onDone,
  onClose,
}: {
  chat: Chat;
  onDone(chat: Chat): void;
  onClose(): void;
}) {
  const { rename } = useChatActions();
  const [title, setTitle] = useState(chat.title ?? "");
  const saving = useMutation({
    mutationFn: () => rename(chat.chat_id, title.trim()),
    onSuccess: (renamed) => {
      onDone(renamed);
      onClose();
    },
  });
  return (
    <Dialog title="Rename this chat" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== "") saving.mutate();
        }}
      >
        <Field label="Title">
          {(ids) => (
            <input
              {...ids}
              className={CONTROL}
              autoComplete="off"
              maxLength={TITLE_MAX_CHARACTERS}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        {saving.error !== null && (
          <div className="mt-3">
            <Problem error={saving.error} />
          </div>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={title.trim() === ""} busy={saving.isPending}>
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
