import { useMutation } from "@tanstack/react-query";
import { ApiProblem } from "../../../api/problems";
import { Button } from "../../../design/Button";
import { Dialog, DialogActions } from "../../../design/Dialog";
import { Problem } from "../../../design/States";
import { many } from "../../../words/number";
import { type Chat, titleOf, useChatActions } from "../chats";

export default function DeleteChatDialog({ chat, onDone, onClose }: { chat: Chat; onDone(): void; onClose(): void }) {
  const { remove } = useChatActions();
  const removing = useMutation({
    mutationFn: async () => {
      try {
        await remove(chat.chat_id);
      } catch (error) {
        // Another window was faster.
        if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
      }
    },
    onSuccess: onDone,
  });
  return (
    <Dialog title="Delete this chat?" onClose={onClose}>
      <p className="mb-2 font-medium break-words">{titleOf(chat)}</p>
      <p>
        {many(chat.messages, "question")} and what was answered are removed, and cannot be brought back. No document
        changes.
      </p>
      {removing.error !== null && (
        <div className="mt-3">
          <Problem error={removing.error} />
        </div>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" icon="trash" busy={removing.isPending} onClick={() => removing.mutate()}>
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  );
}
