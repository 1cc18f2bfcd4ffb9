"""Read what payment providers report: tables of their dashboards, documents of their APIs."""
