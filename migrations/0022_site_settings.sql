-- What a site is told beyond its names (its PHP, redirects, maintenance, who may come, pages for errors, folder), as JSON of model's
-- SiteSettings; what is as usual is left out.
ALTER TABLE sites ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
