// Asks before something is started: what it will do, and what it costs.
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../../design/Button";
import { Dialog, DialogActions } from "../../design/Dialog";
import { useNotice } from "../../design/Notices";
import { Problem } from "../../design/States";

interface Props {
  title: string;
  /** What it will do, and choices. */
  children: ReactNode;
  cost: string;
  action: string;
  danger?: boolean;
  start(): Promise<unknown>;
  /** Said once it has begun. */
  done: string;
  onClose(): void;
}

export function StartDialog({ title, children, cost, action, danger = false, start, done, onClose }: Props) {
  const notice = useNotice();
  const starting = useMutation({
    mutationFn: start,
    onSuccess: () => {
      notice(done);
      onClose();
    },
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="grid gap-3">
        {children}
        <p className="text-soft">{cost}</p>
      </div>
      {starting.error !== null && (
        <div className="mt-3">
          <Problem error={starting.error} />
        </div>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look={danger ? "danger" : "main"} busy={starting.isPending} onClick={() => starting.mutate()}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
