using System.CommandLine;
using System.Globalization;
using Hooke.Models;

namespace Hooke.Cli;

/// <summary><c>hooke model check</c>: a model held against another implementation's numbers.</summary>
static class ModelCheckCommand
{
    static readonly Argument<string> Folder = new("folder") { Description = "Folder of a Hugging Face checkpoint" };
    static readonly Option<string> Reference = new("--reference")
    {
        Description = "What another implementation computed, as docs/parity.md describes it "
            + "(default: reference.safetensors in the folder)",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("check", """
            Hold a model against another implementation's numbers, tensor by tensor: activations, gradients, a continuation.
            All are right where ‖a − b‖ / ‖b‖ is at most 1e-5. How to make a reference with transformers is in docs/parity.md.

            Example:
              hooke model check pythia-70m --reference pythia-70m.reference.safetensors
            """)
        {
            Folder, Reference,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string folder = parsed.GetValue(Folder)!;
        using Model model = Model.Load(folder);
        ParityReport report = ParityCheck.Of(model, parsed.GetValue(Reference) ?? Path.Combine(folder, "reference.safetensors"));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                family = model.Config.Family,
                madeBy = report.MadeBy,
                tolerance = ParityRow.Tolerance,
                ok = report.IsClose,
                tensors = report.Rows.Select(row => new
                {
                    row.Name,
                    shape = row.Shape.Sizes.ToArray(),
                    // JSON has no infinity: null where nothing finite says how far apart they are.
                    difference = double.IsFinite(row.Difference) ? row.Difference : (double?)null,
                    ok = row.IsClose,
                }),
                notCompared = report.NotCompared,
            });
        else
            Print(model, report);
        return report.IsClose ? Cli.Done : Cli.No;
    }

    static void Print(Model model, ParityReport report)
    {
        Output.Table(["tensor", "shape", "difference", "ok"], report.Rows.Select(row => (IReadOnlyList<string>)
        [
            row.Name, row.Shape.ToString(), row.Difference.ToString("0.0e+00", CultureInfo.InvariantCulture),
            row.IsClose ? "yes" : "NO",
        ]));
        int close = report.Rows.Count(row => row.IsClose);
        Console.WriteLine($"{model.Config.Family}: {close} of {report.Rows.Count} tensors agree to {ParityRow.Tolerance:0e-0}"
            + (report.MadeBy.Length > 0 ? $" with {report.MadeBy}" : ""));
        if (report.NotCompared.Count > 0)
            Console.WriteLine($"not compared: {string.Join(", ", report.NotCompared)}");
    }
}
