using System.CommandLine;
using System.Globalization;
using Hooke.Circuits;

namespace Hooke.Cli;

/// <summary><c>hooke trace check</c>: a traced graph held against circuit-tracer's.</summary>
static class TraceCheckCommand
{
    static readonly Argument<string> Folder = new("folder")
    {
        Description = "Folder with circuit-tracer's graph.safetensors, info.json and transcoders",
    };

    static readonly Option<string> ModelFolder = new("--model")
    {
        Description = "Folder of the model (default: the folder beside it that info.json names)",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("check", """
            Trace the prompt of a graph that circuit-tracer made, with the same model and transcoders, and hold the two against
            each other: latents, edges, influence, what pruning keeps, scores. All are right where numbers agree to 1e-4
            (‖a − b‖ / ‖b‖) and sets are the same. The exit code is 0 where they are, 1 where not.

            Example:
              hooke trace check circuit_tracer_plt_gpt2_jumprelu --model gpt2
            """)
        {
            Folder, ModelFolder,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        TraceCheck check = TraceCheck.Run(parsed.GetValue(Folder)!, parsed.GetValue(ModelFolder));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                madeBy = check.MadeBy,
                ok = check.IsClose,
                rows = check.Rows.Select(row => new
                {
                    what = row.What,
                    difference = double.IsFinite(row.Difference) ? row.Difference : (double?)null,
                    tolerance = row.Tolerance,
                    ok = row.IsClose,
                    note = row.Note,
                }),
                nodes = check.Nodes.Select(node => new { node = node.Node, difference = node.Difference }),
                onlyHere = check.OnlyHere,
            });
        else
            Print(check);
        return check.IsClose ? Cli.Done : Cli.No;
    }

    static void Print(TraceCheck check)
    {
        Output.Table(["what", "difference", "allowed", "Hooke's", "ok"], check.Rows.Select(row => (IReadOnlyList<string>)
        [
            row.What, Number(row.Difference), Number(row.Tolerance), row.Note, row.IsClose ? "yes" : "NO",
        ]));
        foreach ((string node, double difference) in check.Nodes)
            Output.Text($"differs: {node}, {Number(difference)}");
        Output.Text("Nodes that are only in Hooke's graph, so that every row sums to what it must:");
        foreach (string node in check.OnlyHere)
            Output.Text($"  {node}");
        int close = check.Rows.Count(row => row.IsClose);
        Output.Text($"{close} of {check.Rows.Count} agree{(check.MadeBy.Length > 0 ? $" with {check.MadeBy}" : "")}");
    }

    static string Number(double value) => value == 0 ? "0" : value.ToString("0.0e+00", CultureInfo.InvariantCulture);
}
