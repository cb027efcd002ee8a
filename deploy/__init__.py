"""Ways to run Newstables under Airflow."""
