using Hooke.Studies;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary>Shows the stages of an investigation: bars on a terminal, a line per stage elsewhere.</summary>
static class StageProgress
{
    /// <summary>Runs work that reports where it stands.</summary>
    public static T Show<T>(Func<Action<InvestigationProgress>, T> work)
    {
        if (Console.IsErrorRedirected)
            return work(LinePerStage());
        return Output.Errors.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new SpinnerColumn())
            .Start(context => work(Bars(context)));
    }

    static Action<InvestigationProgress> LinePerStage()
    {
        string stage = "";
        return at =>
        {
            if (at.Stage != stage)
                Console.Error.WriteLine(stage = at.Stage);
        };
    }

    static Action<InvestigationProgress> Bars(ProgressContext context)
    {
        ProgressTask? task = null;
        return at =>
        {
            if (task?.Description != at.Stage)
            {
                if (task is not null)
                    task.Value = task.MaxValue;
                task = context.AddTask(at.Stage);
            }
            task.Value = at.Share * task.MaxValue;
        };
    }
}
