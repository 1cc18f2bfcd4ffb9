ALTER TABLE "sessions" ADD COLUMN "name" TEXT NOT NULL DEFAULT '';
ALTER TABLE "sessions" ADD COLUMN "scopes" TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX "sessions_name" ON "sessions" ("name") WHERE (name <> '');
