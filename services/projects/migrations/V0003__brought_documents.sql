-- Who brought a document, and why. Reason: a guard counts only the documents of the desk that they belong to, and a waiver gives its
-- reason and the person who granted it.

ALTER TABLE project_document
  ADD COLUMN reason     text NOT NULL DEFAULT '',
  ADD COLUMN brought_by text NOT NULL DEFAULT '';
COMMENT ON COLUMN project_document.reason IS 'Why, of a waiver.';
COMMENT ON COLUMN project_document.brought_by IS 'Who brought it; empty: reported by a source, or brought before this was kept.';
